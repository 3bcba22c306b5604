"""A session as people read it: HTML, PDF/A-3b, JUnit XML, and the pages and plots in them."""
