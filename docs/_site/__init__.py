"""What the site is made of besides the pages."""
